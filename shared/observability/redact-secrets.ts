const REDACTED = '[removed]'

/** Names of values that are secrets, or contain one: an S3 error has the text that was signed. */
const secretName =
  /secret|password|passwd|token|signature|credential|authorization|access_?key|stringtosign|canonicalrequest/i

/** The user and password of a URL. Greedy, as a password that was not encoded may contain any of `:/@`. */
const userInUrl = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:\S*@/gi

/** Parts of a signed request, in a query (X-Amz-Signature=…) or in a header (Signature=…). */
const signatureParts = /\b((?:x-amz-)?(?:signature|credential|security-token|awsaccesskeyid))=[^&\s"',]+/gi

/** A replacer for JSON.stringify that writes `[removed]` in place of secrets. */
export function redactSecrets(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return secretName.test(name) && value !== undefined ? REDACTED : value
  if (secretName.test(name)) return REDACTED
  return value.replace(userInUrl, `$1${REDACTED}@`).replace(signatureParts, `$1=${REDACTED}`)
}
