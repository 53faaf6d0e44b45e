const REMOVED = '[removed]'

/** Names of values that are secrets, or that a secret can be got at by: an S3 error brings what it had signed. */
const secretName =
  /secret|password|passwd|token|signature|credential|authorization|access_?key|stringtosign|canonicalrequest/i

/** The user and password of a URL. Greedy, as a password that was not encoded may hold any of `:/@`. */
const userInUrl = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:\S*@/gi

/** What a signed request carries, in a query (X-Amz-Signature=…) or in a header (Signature=…). */
const signed = /\b((?:x-amz-)?(?:signature|credential|security-token|awsaccesskeyid))=[^&\s"',]+/gi

/** Replaces what is secret in a value that is about to be written: the replacer of JSON.stringify. */
export function redactSecrets(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return secretName.test(name) && value !== undefined ? REMOVED : value
  if (secretName.test(name)) return REMOVED
  return value.replace(userInUrl, `$1${REMOVED}@`).replace(signed, `$1=${REMOVED}`)
}
