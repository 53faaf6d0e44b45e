import { expect, test } from 'vitest'
import { numberHint } from '../../shared/data/text-values.ts'

test.each([
  ['1,234', ': if commas group its thousands, set csv.thousands to ","'],
  ['1.234,5', ': if a comma is its decimal mark, set csv.decimal to ","'],
  ['1 234', ': if blanks group its thousands, set csv.thousands to " "'],
  ['1\u00a0234,50', ': if blanks group its thousands, set csv.thousands to " "'],
  ["1'234.50", `: if apostrophes group its thousands, set csv.thousands to "'"`],
  ...['7.5%', '$7.5', '€ 9,50', '−1', '(7.00)', '7.00-', '12 kg', '90K'].map((text) => [
    text,
    ': take signs and units away, and write a plain number such as -1234.5',
  ]),
  ['yes', ': write true or false, or 1 or 0'],
  ['N', ': write true or false, or 1 or 0'],
  ['red', ''],
  ['2024-01-03', ''],
])('of %j where a number is needed, the sentence ends with %j', (text, hint) => {
  expect(numberHint(text)).toBe(hint)
})
