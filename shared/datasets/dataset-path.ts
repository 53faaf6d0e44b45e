/** What a message's dataset_path names: an object in S3, by any of the usual spellings, or a dataset by its name. */

export type StoredObject = { readonly bucket: string; readonly key: string }

export type DatasetPath = {
  /** Undefined where the path names none. The key of a folder ends with a slash. */
  readonly object?: StoredObject
  /** How to spell what the path may mean, as a part of a sentence. */
  readonly advice?: string
}

const S3_FORM = 'write s3://bucket/key'
const NO_FILES =
  'that is a folder, whose data files are one dataset, and there is none in it: check dataset_path'
const NO_KEY = `that is a bucket: ${S3_FORM}, with the key of one file`

/**
 * Reads `s3://bucket/key` (also `S3://`, `s3a://`, `s3n://`), `bucket/key`, an https address of Amazon S3, or the ARN of an
 * object. What names no object of S3 has advice instead.
 */
export function readDatasetPath(path: string): DatasetPath {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)?.[1].toLowerCase()
  if (scheme === 's3' || scheme === 's3a' || scheme === 's3n') {
    const rest = path.slice(scheme.length + 3)
    return rest.includes('/') ? objectAt(rest) : { advice: NO_KEY }
  }
  if (scheme === 'http' || scheme === 'https') return fromAddress(path)
  const arn = /^arn:aws[a-z-]*:s3:::(.+)$/i.exec(path)
  if (arn !== null) return objectAt(arn[1])
  if (/^arn:/i.test(path)) {
    return { ...objectAt(path), advice: `of ARNs, only arn:aws:s3:::bucket/key is read: ${S3_FORM}` }
  }
  if (scheme === 'file' || /^([/\\~]|\.{1,2}[/\\]|[a-z]:[/\\])/i.test(path)) {
    return {
      ...objectAt(path),
      advice: `that is a path on a computer, which the worker cannot read: copy the file to S3 and ${S3_FORM}, or let "tensorfleet train FILE" do both`,
    }
  }
  if (scheme !== undefined) {
    return {
      ...objectAt(path),
      advice: `the worker does not read ${scheme}://: copy the file to S3 and ${S3_FORM}`,
    }
  }
  if (/^s3[an]?:/i.test(path)) return { ...objectAt(path), advice: `${S3_FORM}, with two slashes` }
  return objectAt(path)
}

/** `bucket/key`; what has no key, or no bucket, is no object. */
function objectAt(path: string): DatasetPath {
  const slash = path.indexOf('/')
  if (slash > 0 && slash < path.length - 1) {
    const object = { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
    return path.endsWith('/') ? { object, advice: NO_FILES } : { object }
  }
  if (slash === 0) return { advice: `the bucket is missing: ${S3_FORM}` }
  return slash === -1 ? {} : { advice: NO_KEY }
}

/** An address of Amazon S3, with the bucket in its host or in its path; a signature is of no use to the worker. */
function fromAddress(path: string): DatasetPath {
  const advice = `of addresses, only those of Amazon S3 are read: copy the file to S3 and ${S3_FORM}`
  if (!URL.canParse(path)) return { ...objectAt(path), advice }
  const { hostname, pathname, searchParams } = new URL(path)
  const host = /^(?:(.+)\.)?s3(?:[.-][a-z0-9.-]*)?\.amazonaws\.com(?:\.cn)?$/.exec(hostname)
  if (/(^|\.)console\.(aws\.amazon|amazonaws)\.com?/.test(hostname)) {
    return { ...objectAt(path), advice: `that is a page of the S3 console: ${S3_FORM}` }
  }
  if (host === null) return { ...objectAt(path), advice }
  if (searchParams.has('versionId')) {
    return {
      ...objectAt(path),
      advice: `one version of an object cannot be named: ${S3_FORM} for the newest`,
    }
  }
  const decoded = percentDecoded(pathname.slice(1))
  if (decoded === undefined)
    return { ...objectAt(path), advice: `the address is not well-formed: ${S3_FORM}` }
  return objectAt(host[1] === undefined ? decoded : `${host[1]}/${decoded}`)
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Where the object may be if the path is spelt in another way than the key: what people paste, escape and shorten. */
export function otherSpellings({ bucket, key }: StoredObject, ownBucket: string): StoredObject[] {
  const plus = key.replaceAll('+', ' ')
  const keys = [
    percentDecoded(key),
    plus,
    percentDecoded(plus),
    encodeURI(key.toWellFormed()),
    key.replaceAll(' ', '+'),
    key.replaceAll('\\', '/'),
    key.replace(/\?.*$/, ''),
    key.replaceAll(/\/{2,}/g, '/').replace(/^\//, ''),
    key
      .split('/')
      .map((part) => part.trim())
      .join('/'),
    key.normalize('NFC'),
    key.normalize('NFD'),
  ]
  const others = [...new Set(keys)].flatMap((other) =>
    other === undefined || other === '' || other === key ? [] : [{ bucket, key: other }],
  )
  // Of its own bucket the worker may read the datasets only.
  return bucket === 'datasets' ? [...others, { bucket: ownBucket, key: `${bucket}/${key}` }] : others
}
