const NOT_TLS = /wrong version number|packet length too long|http request/i;
const UNTRUSTED =
  /self-signed certificate(?: in certificate chain)?|unable to (?:verify the first certificate|get (?:local )?issuer certificate)/i;

/** How an error says that nobody vouches for a certificate. */
export const TRUSTED_BY_NOBODY = "its certificate is from nobody that this machine trusts";

/** What OpenSSL and Node say of encryption that fails, for whoever set the mail server up; anything else stays as it is. */
export function plainTlsWords(text: string): string {
  if (NOT_TLS.test(text)) return "the server does not begin with TLS on this port";
  const [untrusted] = UNTRUSTED.exec(text) ?? [];
  return untrusted === undefined ? text : `${TRUSTED_BY_NOBODY} (${untrusted})`;
}
