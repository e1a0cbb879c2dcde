/** What customers of an online service write about: signing in, plans, faults, wishes. The form is that of `demo-problems-orders.ts`. */
export const PRODUCT_PROBLEMS = `
# login 24
s Cannot log in
s Password reset mail never arrives
s Locked out of my account
c I cannot log in any more. The page only says "something went wrong".
c I have asked for a new password {n} times now and no mail arrives. I looked in the spam folder too.
c After {n} wrong attempts my account is locked. Can you open it again?
d I use {browser}.
d My colleague can log in from the same network.
a I have unlocked your account. Please set a new password with the link that I have just sent.
a Mail to your address bounced on {day}, so our system had stopped writing to it. That is lifted, please try once more.

# login 9
s Lost my phone, two-factor codes gone
s Two-factor authentication
c I lost my phone in {city} and with it the app that makes the login codes. How do I get back in?
c The two-factor code is refused every time, although the clock of my phone is right.
d I do not have the recovery codes either.
a I can switch it off after a check: please answer from the address of your account with the last four digits of an invoice.
a Your phone's clock was more than a minute off. With automatic time it works again.

# login 6
s Change of email address
s New email for my login
c Our company has a new domain. How do I change the email address of my login?
c Please change the address of my account, I no longer have access to the old mailbox.
d The old address stops working on {day}.
a You can do that under Profile, Email. Both addresses get a mail to confirm.

# bug 22
s Error when saving
s {page} page shows an error
s It stopped working in {browser}
c Since {day} I get an error whenever I save on the {page} page: "unexpected end of input".
c The {page} page stays blank in {browser}. In another browser it works.
c Every time I open the {page} page I am thrown back to the start.
d I cleared the cache, that did not help.
d It happens to everybody in our team.
d A screenshot is attached.
a Thank you, I can see it too. Our developers have found the reason, and the fix goes out on {day}.
a That was a fault of our release of {day}. It is mended now; please reload the page once.
a Could you send me the text in the browser's console? In {browser} you open it with F12.

# bug 13
s Export is empty
s CSV export has strange characters
c The CSV export of {n} hundred rows has only the headings in it.
c In the export all accents are broken, "é" becomes two strange signs.
d I open the file with a spreadsheet, as always.
a Please choose UTF-8 when you open the file; your spreadsheet had guessed another encoding.
a The export left out archived rows. That is corrected, and I have attached a complete file.

# bug 10
s Very slow today
s Timeouts since this morning
c Everything is very slow today, the {page} page takes {n} seconds.
c We get timeouts since {day}, mostly in the morning.
d Our connection is fine, other sites are fast.
a One of our database servers in {city} was overloaded between nine and eleven. It is back to normal.
a I see slow requests for your account only. You have {n} thousand rows on one page: a filter will help until we split it.

# bug 8
s App crashes after the update
s Crash on start
c Since the last update the app closes right after it starts.
c The app crashes when I open the {page} screen on my tablet.
d I have installed it anew, twice.
d The log is attached.
a The log helped, thank you. Version {n}.2 with the correction is in the store since {day}.
a Please delete the app's data once. Everything is on the server, nothing gets lost.

# bug 6
s Notifications come twice
s No email notifications
c I get each notification twice, always one minute apart.
c Since {day} I do not get any notification by email, though they are switched on.
d Push messages on the phone do arrive.
a You were signed up with two spellings of your address. I have joined them.

# bug 5
s Sync with calendar fails
s Calendar off by one hour
c All entries from your calendar feed are one hour late since the clocks changed.
c The sync with my calendar stopped on {day} with "permission denied".
d I have connected it again, without success.
a The permission had expired. Please connect the calendar once more under Settings, Integrations.
a The feed did not name its time zone. That is repaired for everybody.

# billing 14
s Upgrade to {plan}
s Question about the {plan} plan
c We would like to move to the {plan} plan. Does the price change at once or with the next month?
c What is the difference between our plan and {plan}?
d We are {n} people.
a The change is at once, and what is left of the old plan counts toward the new one.
a The {plan} plan adds single sign-on and a longer history. I have switched it on for two weeks, to try.

# billing 11
s Please cancel our subscription
s Cancellation
c Please cancel our subscription at the end of the period.
c We do not need the {plan} plan any more. How do I cancel?
d It has nothing to do with the product, our project is over.
d The notice period should be met.
a Your plan ends on {day}. You can export all your data until then.
a I am sorry to see you go. May I ask what was missing?

# refund 6
s Subscription renewed by mistake
s Refund for unused months
c Our subscription was renewed on {day} although we wanted to cancel. Can we get {amount} back?
c We paid for a year and stopped using it after {n} months. Is a refund possible?
d Nobody has logged in since.
a As nobody used it since the renewal, I have refunded {amount} in full.

# feature request 12
s Feature request: dark mode
s Idea: shortcuts for the {page} page
c It would be great to have a dark mode. I work at night a lot.
c Could you add keyboard shortcuts to the {page} page? I use it a hundred times a day.
c Is it planned to have an API for the {page} page?
d I would be happy to test it.
a Thank you for the idea, I have added your vote. It is on our list, without a date yet.
a Good news: that is being tested at the moment. I have switched it on for you.

# how-to 15
s How can I invite a colleague?
s How do I export my data?
s Getting started with {page}
c How can I invite a colleague, and can I limit what they see?
c I would like to export all our data. Where do I find that?
c I am new here and cannot find how to set up {page}.
d I have read the help pages.
a Under Settings, People there is a button Invite. The role Read only can look but not change anything.
a There is a short guide for {page}; I have added the three steps that matter for you below.

# how-to 7
s Import from a spreadsheet
s Moving our old data
c We have {n} thousand rows in a spreadsheet. How do we get them in?
c Can you import data from our old system? We have a dump of it.
d The columns have other names than yours.
a Save it as CSV and use Settings, Import: you can match the columns before anything is written.
a Send me the first ten rows and I will tell you what has to change.

# how-to 5
s API: status 429
s Question about webhooks
c Our script gets a 429 from your API since {day}. What is the limit?
c Do your webhooks repeat when our server is down for a while?
d We call it about {n} times a second.
a The limit counts per minute for the whole account. The headers of each answer say how much is left.
a Yes, for a day, with growing pauses. The delivery log shows each attempt.

# legal 2
s Delete my personal data
s Request under Article 15 GDPR
c Please delete all personal data that you hold about me and confirm it in writing.
c I ask for a copy of all personal data that you process about me, as Article 15 GDPR gives me the right to.
d Please answer within the month that the law allows.
a I have passed this to our data protection officer. You get the answer before {day}.
a Your data are deleted but for the invoices, which the law makes us keep for ten years.

# press 1
s Press inquiry about {page}
c I write for a newspaper in {city} and would like to talk to somebody about your company by {day}.
a Thank you for your interest. Our founder can call you on {day}.

# login 4
s Anmeldung nicht möglich
s Passwort vergessen
c Hallo, ich kann mich seit {day} nicht mehr anmelden. Die Mail zum Zurücksetzen kommt nicht an.
d Im Spamordner habe ich nachgesehen.
a Ich habe Ihr Konto entsperrt und die Mail noch einmal geschickt. Bitte setzen Sie ein neues Passwort.

# bug 4
s Página em branco no {browser}
c Olá, desde {day} a página fica em branco quando uso o {browser}. Em outro navegador funciona.
d Já limpei o cache.
a Obrigada pelo aviso. O erro já foi corrigido; recarregue a página, por favor.

# how-to 3
s Come invito un collega?
c Buongiorno, come posso invitare un collega e limitare quello che vede?
d Ho già letto la guida.
a In Impostazioni, Persone trova il pulsante Invita. Il ruolo di sola lettura non può modificare nulla.

# login 2
s Не могу войти в аккаунт
c Здравствуйте, с {day} не могу войти в аккаунт. Письмо для сброса пароля не приходит.
d Папку со спамом проверил.
a Мы разблокировали вашу учётную запись. Попробуйте, пожалуйста, ещё раз.
`;
