// The words by which mail programs introduce history, in the languages they are translated to. Taken from the
// programs' own translations and from mail; a new one is a word here and a fixture in test/fixtures/mail/replies.

const anyOf = (words: string): string =>
  words
    .trim()
    .split(/\s*\|\s*/)
    .join("|")
    .replaceAll("'", "['’´]");

/** "wrote", as Gmail, Apple Mail, Thunderbird and Yahoo say it in "On …, … wrote:". */
const wrote = anyOf(`
  wrote | writes | schrieb | schreef | geschreven | a écrit | écrit | escribió | escribio | ha scritto | scrisse |
  escreveu | va escriure | napisał | napisała | napisał\\(a\\) | pisze | skrev | kirjoitti | napsal | napsala |
  napsal\\(a\\) | napísal | написал | написала | написал\\(а\\) | пишет | пише | написав | yazdı | írta | a scris |
  έγραψε | wrote on | 写道 | 寫道 | のメール | のメッセージ | が書きました | は書きました | 작성 | 님이 작성
`);

/** Words that open such a header, for one that is cut before its date. */
export const opensAttribution = /^(?:On|Am|Le|El|Il|In data|Em|No dia|Op|W dniu|Dnia|Den|Dne|Pe|À|A|在|于|於) /;

export const saysWrote = new RegExp(
  `(?:^|[\\s\\p{P}\\p{N}>])(?:${wrote})|(?:写道|寫道|のメール|のメッセージ|작성)`,
  "iu",
);

/** A year, a time or a numeric date: what no attribution is without. */
export const hasDate =
  /(?:^|\D)(?:19|20)\d\d(?:\D|$)|\d{1,2}[:.]\d\d(?:\D|$)|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d年|\d년/u;

const dayNames = anyOf(`
  (?:mon|tues|wednes|thurs|fri|satur|sun)day | (?:mon|tue|wed|thu|fri|sat|sun) | (?:mon|diens|donners|frei|sams|sonn)tag |
  mittwoch | lundi | mardi | mercredi | jeudi | vendredi | samedi | dimanche | lunes | martes | miércoles | jueves |
  viernes | sábado | domingo | lunedì | martedì | mercoledì | giovedì | venerdì | sabato | domenica |
  (?:segunda|terça|quarta|quinta|sexta)(?:-feira)? | (?:maan|dins|woens|donder|vrij|zater|zon)dag |
  (?:man|mån|tirs|tis|ons|tors|fre|lør|lör|søn|sön)dag | poniedziałek | wtorek | środa | czwartek | piątek | sobota |
  niedziela | pondělí | úterý | středa | čtvrtek | pátek | neděle |
  (?:jan|febr)uary | march | april | june | july | august | (?:sept|nov|dec)ember | october |
  jan | feb | mar | apr | jun | jul | aug | sept? | oct | nov | dec
`);

/** A person, who cites: no program says "you wrote". */
const cites =
  /(?:^|[\s,])(?:you|i|we|du|sie|ihr|ich|wir|vous|tu|je|usted|ustedes|lei|voi|u|jij|je|jullie|você)(?:[\s,]|$)/iu;

/**
 * "On Monday, Ruby Miles wrote:", by its day and with nothing else of a date: history only where quoted lines follow.
 */
export function namesDay(text: string): boolean {
  const [, opened = ""] = opensAttribution.test(text) ? (startsWithDay.exec(text) ?? []) : [];
  return opened !== "" && /[:：]$/.test(text) && text.length <= 120 && saysWrote.test(text) && !cites.test(text);
}

const startsWithDay = new RegExp(
  `^\\p{L}+(?: (?:dia|data|dniu|den))? ((?:le |el |il |\\d{1,2}(?:st|nd|rd|th|\\.)? )?(?:${dayNames}))(?=[\\s,.])`,
  "iu",
);

const original = anyOf(`
  original message | original appointment | reply message | ursprüngliche nachricht | ursprüngliche e-mail |
  originalnachricht | original-nachricht | message d'origine | message original | message initial | mensaje original |
  messaggio originale | messaggio di origine | mensagem original | oorspronkelijk bericht | origineel bericht |
  wiadomość oryginalna | oryginalna wiadomość | ursprungligt meddelande | originalmeddelande | opprinnelig melding |
  oprindelig meddelelse | oprindelig besked | original meddelelse | alkuperäinen viesti | původní zpráva |
  исходное сообщение | оригинальное сообщение | исходное письмо | orijinal mesaj | orijinal ileti | özgün ileti |
  元のメッセージ | 原始邮件 | 原始郵件 | 原始信件 | 원본 메시지 | 원본 메일 | eredeti üzenet | mesaj original |
  αρχικό μήνυμα | pôvodná správa
`);

const forwarded = anyOf(`
  forwarded message | forwarded by .{1,80} | weitergeleitete nachricht | weitergeleitete e-mail |
  message transféré | message réexpédié | mensaje reenviado | messaggio inoltrato | mensagem encaminhada |
  mensagem reencaminhada | doorgestuurd bericht | przekazana wiadomość | wiadomość przekazana |
  treść przekazanej wiadomości | vidarebefordrat meddelande | videresendt melding | videresendt meddelelse |
  videresendt besked | edelleenlähetetty viesti | välitetty viesti | přeposlaná zpráva | přeposlaný e-mail |
  пересылаемое сообщение | пересланное сообщение | начало переадресованного сообщения | yönlendirilmiş ileti |
  iletilmiş ileti | iletilen mesaj | 転送メッセージ | 転送されたメッセージ | 转发的邮件 | 转发邮件 | 轉寄郵件 |
  已转发邮件 | 전달된 메시지 | 전달된 메일 | továbbított üzenet | mesaj redirecționat
`);

const beginsForward = anyOf(`
  begin forwarded message | anfang der weitergeleiteten nachricht | début du message réexpédié |
  début du message transféré | inicio del mensaje reenviado | inizio messaggio inoltrato |
  início da mensagem (?:re)?encaminhada | begin doorgestuurd bericht | start doorgestuurd bericht |
  początek przekazywanej wiadomości | vidarebefordrat brev | videresendt melding | start på videresendt besked |
  välitetty viesti alkaa | začátek přeposílané zprávy | начало переадресованного сообщения |
  iletilen mesajın başlangıcı | 転送されたメッセージ | 开始转发邮件 | 下面是被转发的邮件 | 전달된 메시지의 시작
`);

export const originalMessage = new RegExp(`^[-_=]{2,40}\\s?(?:${original})\\s?[-_=]{0,40}[:：]?$`, "iu");

export const forwardedMessage = new RegExp(
  `^(?:[-_=]{2,40}\\s?(?:${forwarded})\\s?[-_=]{0,40}[:：]?|(?:${beginsForward})\\s?[:：])$`,
  "iu",
);

/** What the lines of a header block name; Outlook writes From, Sent, To, Subject in the language of the reader. */
const labels: Record<"from" | "date" | "to" | "subject", string> = {
  from: anyOf(`
    from | von | de | da | van | od | odesílatel | från | fra | lähettäjä | от | от кого | kimden | gönderen | 差出人 |
    送信者 | 发件人 | 發件人 | 寄件者 | 寄件人 | 보낸 사람 | 보낸사람 | feladó | de la | від | από | expéditeur | afzender
  `),
  date: anyOf(`
    sent | date | gesendet | datum | envoyé | envoyé le | enviado | enviado el | enviada | enviada em | fecha | data |
    inviato | verzonden | wysłano | data wysłania | skickat | sendt | dato | lähetetty | päivämäärä | päiväys |
    odesláno | datum odeslání | отправлено | дата | gönderildi | gönderilme tarihi | tarih | 送信日時 | 日時 | 日付 | 发送时间 | 發送時間 |
    傳送時間 | 日期 | 寄件日期 | 보낸 날짜 | 날짜 | elküldve | dátum | trimis | στάλθηκε | ημερομηνία | надіслано
  `),
  to: anyOf(`
    to | an | à | a | para | aan | do | komu | till | til | vastaanottaja | кому | kime | alıcı | 宛先 | 收件人 | 받는 사람 |
    받는사람 | címzett | către | προς | cc | kopie | kopia | kopi | copie
  `),
  subject: anyOf(`
    subject | betreff | objet | asunto | oggetto | assunto | onderwerp | temat | ämne | emne | aihe | předmět | тема |
    konu | 件名 | 主题 | 主題 | 주제 | 제목 | tárgy | subiect | θέμα
  `),
};

export type HeaderLabel = keyof typeof labels;

const labelPatterns = (Object.keys(labels) as HeaderLabel[]).map(
  (name) => [name, new RegExp(`^\\*?(?:${labels[name]})\\s?\\*?\\s?[:：]`, "iu")] as const,
);

/** Which header field a line of an Outlook block holds, or null. */
export function headerLabel(line: string): HeaderLabel | null {
  for (const [name, pattern] of labelPatterns) if (pattern.test(line)) return name;
  return null;
}

const device = anyOf(`
  iphon\\p{L}{1,3} | ipad | ipod | android | samsung | galaxy | outlook | huawei | xiaomi | nokia | blackberry | windows phone |
  yahoo | gmail | proton ?mail | aol | smartphone | mobile | handy | mobil | mobiel | móvil | celular | telefon |
  mail für windows | mail for windows | k-9 mail | gmx | web\\.de | thunderbird
`);

const sentFrom = anyOf(`
  sent from | sent via | sent with | get | gesendet von | gesendet mit | von meinem | von | diese nachricht wurde von |
  envoyé de | envoyé depuis | envoyé à partir de | télécharger | enviado desde | enviado do | enviado de | enviado a partir |
  obter | obtener | inviato da | inviato dal | scarica | verstuurd vanaf | verzonden vanaf | verzonden met | download |
  wysłane z | wysłano z | skickat från | skickades från | hämta | sendt fra | hent | lähetetty | hanki | odesláno z | odesláno ze |
  отправлено с | отправлено из | 发自我的 | 发自 | 從我的 | 나의
`);

/** The line that a telephone adds by itself. The whole line: prose goes on. */
export const phoneSignature = new RegExp(
  `^(?:(?:${sentFrom})\\s?.{0,30}?(?:${device})[^.!?。]{0,40}[.]?|(?:my\\s)?(?:${device}).{0,12}(?:gönderildi|から送信|から送信されました|에서 보냄|傳送))$`,
  "iu",
);
