import { JobError } from '../../errors/job-error.ts'

/** A format that is no table of text, by what its files begin with. */
type Format = {
  /** What the dataset is, with its article. */
  readonly name: string
  readonly remedy: string
  /** Bytes in hexadecimal digits, or characters; at byte `at`, or at the first. */
  readonly magic: readonly (string | RegExp)[]
  readonly at?: number
}

const AS_CSV = 'send it as CSV, JSON lines or Parquet'
const FROM_PANDAS = 'write the DataFrame with to_csv or to_parquet, and send that'
const FROM_R = 'write the data frame with write.csv, and send that'
const UNPACK = 'unpack it, and compress the data file by gzip, zstd, bzip2, xz or ZIP'
const DOWNLOAD = 'download the data file itself'

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

/** https://en.wikipedia.org/wiki/List_of_file_signatures, and the documents of each format. */
const FORMATS: readonly Format[] = [
  {
    name: 'an HTML page',
    remedy: `${DOWNLOAD} (a page to sign in or of an error is often in its place)`,
    magic: [/^\s*(<!--.*?-->\s*)?<(!doctype html|html|head|body)\b/is],
  },
  { name: 'an error of S3', remedy: DOWNLOAD, magic: [/^\s*<\?xml[^>]*>\s*<Error>\s*<Code>/i] },
  { name: 'an XML file', remedy: AS_CSV, magic: [/^\s*<\?xml\b/i] },
  {
    name: 'a pointer of Git LFS',
    remedy: 'run “git lfs pull”, and send the file that it brings',
    magic: [/^version https:\/\/git-lfs\.github\.com\//],
  },
  {
    name: 'an ARFF file (Weka)',
    remedy: 'leave out its header: the names of the attributes in one line, then what follows @data',
    magic: [/^(\s*%.*\n|\s*\n)*\s*@relation\b/i],
  },
  {
    name: 'UTF-32 text',
    remedy: 'save it as UTF-8',
    magic: ['fffe0000', '0000feff'],
  },
  {
    name: 'a LIBSVM file',
    remedy: 'write it as CSV, with a column for each feature',
    magic: [/^[-+.\d]+([ \t]+\d+:[-+.\deE]+)+[ \t]*\r?\n/],
  },
  {
    name: 'a Markdown table',
    remedy: AS_CSV,
    magic: [/^\s*\|.*\|[ \t]*\r?\n[ \t]*\|[ \t:|-]+\|[ \t]*\r?\n/],
  },
  {
    name: 'an SQL script',
    remedy: 'export the table as CSV, and send that',
    magic: [/^\s*(insert into|create table)\s/i],
  },
  {
    name: 'JSON arrays, one on each line',
    remedy: 'write an object for each row: {"a": 1.5, "b": "x"}',
    magic: [/^\s*\[\s*(-?\d|"|null|true|false)[^\n]*\]\s*\r?\n\s*\[/],
  },
  {
    name: 'a table as MySQL prints it',
    remedy: 'export it as CSV, and send that',
    magic: [/^\s*\+(-+\+)+[ \t]*\r?\n[ \t]*\|/],
  },
  {
    name: 'a table as psql prints it',
    remedy: 'export it with \\copy … to … csv header, and send that',
    magic: [/^[^\n]*\|[^\n]*\n[ \t]*-+(\+-+)+[ \t]*\r?\n/],
  },
  {
    name: 'a YAML file',
    remedy: AS_CSV,
    magic: [/^(---\s*\r?\n)?- [\w ]+: [^\n]*\n {2}[\w ]+: /, /^---\s*\r?\n[\w ]+:/],
  },
  {
    name: 'a LaTeX table',
    remedy: AS_CSV,
    magic: [/^\s*\\begin\{/, /^[^\n]*&[^\n]*\\\\[ \t]*\r?\n[^\n]*&[^\n]*\\\\[ \t]*\r?\n/],
  },
  { name: 'compressed by lzma (.lzma)', remedy: UNPACK, magic: ['5d0000'] },
  { name: 'a tar archive', remedy: UNPACK, magic: [hex('ustar')], at: 257 },
  {
    name: 'an old Excel workbook (.xls)',
    remedy: 'save it as CSV, and send that',
    magic: ['d0cf11e0a1b11ae1'],
  },
  { name: 'a 7z archive', remedy: UNPACK, magic: ['377abcaf271c'] },
  { name: 'a RAR archive', remedy: UNPACK, magic: [hex('Rar!\x1a\x07')] },
  { name: 'compressed by “compress” (.Z)', remedy: UNPACK, magic: ['1f9d', '1fa0'] },
  { name: 'compressed by lz4', remedy: UNPACK, magic: ['04224d18'] },
  { name: 'compressed by snappy', remedy: UNPACK, magic: [`ff060000${hex('sNaPpY')}`] },
  { name: 'compressed by lzip', remedy: UNPACK, magic: [hex('LZIP\x01')] },
  {
    name: 'a Parquet file that was compressed',
    remedy: 'send it as it is: Parquet compresses its columns itself',
    magic: [/^PAR1(?!\s)\p{Cc}/u],
  },
  { name: 'an Arrow or Feather file', remedy: FROM_PANDAS, magic: [hex('ARROW1\0'), /^FEA1(?!\s)\p{Cc}/u] },
  { name: 'an ORC file', remedy: AS_CSV, magic: [/^ORC(?!\s)\p{Cc}/u] },
  { name: 'an Avro file', remedy: AS_CSV, magic: [hex('Obj\x01')] },
  {
    name: 'a NumPy file',
    remedy: 'write the array with numpy.savetxt, a header line first, and send that',
    magic: [hex('\x93NUMPY')],
  },
  {
    name: 'a pickle of Python',
    remedy: FROM_PANDAS,
    magic: ['800495', '800595', '80037d', '80035d', '800363', '80027d', '80025d', '800263'],
  },
  { name: 'an HDF5 file', remedy: FROM_PANDAS, magic: ['894844460d0a1a0a'] },
  {
    name: 'an SQLite database',
    remedy: 'export the table as CSV, and send that',
    magic: [hex('SQLite format 3\0')],
  },
  {
    name: 'data of R',
    remedy: FROM_R,
    magic: [/^RD[AX][2345]?\r?\n[XA]\n/, hex('X\n\0\0\0\x02'), hex('X\n\0\0\0\x03')],
  },
  { name: 'an SPSS file', remedy: AS_CSV, magic: [/^\$FL[23]@\(#\)/] },
  { name: 'a Stata file', remedy: AS_CSV, magic: [/^<stata_dta>/] },
  { name: 'a SAS file', remedy: AS_CSV, magic: ['c2ea8160b31411cfbd92080009c7318c'], at: 12 },
  { name: 'a MATLAB file', remedy: AS_CSV, magic: [/^MATLAB 5\.0 MAT-file/] },
  { name: 'a PDF file', remedy: AS_CSV, magic: [hex('%PDF-')] },
  {
    name: 'a picture',
    remedy: AS_CSV,
    magic: ['89504e470d0a1a0a', 'ffd8ff', hex('GIF87a'), hex('GIF89a'), hex('II*\0'), hex('MM\0*')],
  },
  {
    name: 'a file of zeros',
    remedy: 'its writing was broken off, or its disk was full: write it again',
    magic: ['00'.repeat(64)],
  },
]

/**
 * Refuses a file that is neither CSV nor JSON, by what it begins with.
 *
 * @param head its first bytes, unpacked.
 * @param isUtf8 whether it is UTF-8 where it is text: then it has next to no control characters.
 * @throws JobError that says what the file is, and what to send.
 */
export function refuseOtherFormats(head: Buffer, { isUtf8 }: { readonly isUtf8: boolean }): void {
  const start = head.toString('latin1', 0, 1024)
  const format = FORMATS.find(({ magic, at = 0 }) =>
    magic.some((form) =>
      typeof form === 'string' ? head.toString('hex', at, at + form.length / 2) === form : form.test(start),
    ),
  )
  if (format !== undefined) {
    throw new JobError('dataset_unreadable', `The dataset is ${format.name}: ${format.remedy}.`)
  }
  if (isUtf8 && isBinary(head.subarray(0, 1024))) {
    throw new JobError('dataset_unreadable', `The dataset is binary data of an unknown format: ${AS_CSV}.`)
  }
}

/** Shares of the bytes that a text may have: of NUL, which some programs write, and of other control characters. */
const MOST_NUL = 0.3
const MOST_CONTROL = 0.03
const MIN_BYTES = 16

function isBinary(head: Buffer): boolean {
  if (head.length < MIN_BYTES) return false
  const count = (is: (byte: number) => boolean) => head.reduce((sum, byte) => sum + (is(byte) ? 1 : 0), 0)
  const nul = count((byte) => byte === 0)
  // 0x01 and 0x1c to 0x1f stand between fields; 0x1a ends texts of DOS.
  const control = count((byte) => (byte > 1 && byte < 9) || (byte > 13 && byte < 26))
  return nul > MOST_NUL * head.length || control > MOST_CONTROL * head.length
}
