/**
 * What is wrong with a page for its readers, one sentence each: drawings without a text, texts of too little contrast
 * (WCAG 2.2, 1.4.3: 4.5 to 1, or 3 to 1 where they are large), a page wider than its window, headings out of order,
 * boxes that scroll and cannot be reached by keyboard. Runs in the page, so it has nothing but itself.
 */
export function findFaults(): string[] {
  const faults: string[] = []
  const root = document.documentElement
  if (root.lang === '') faults.push('the page has no language')
  if (root.scrollWidth > window.innerWidth)
    faults.push(`the page is ${root.scrollWidth} px wide in a window of ${window.innerWidth} px`)
  if (document.scripts.length > 0) faults.push('the page has a script')
  const ids = Array.from(document.querySelectorAll('[id]'), ({ id }) => id)
  if (new Set(ids).size < ids.length) faults.push('an id occurs twice')

  for (const drawing of document.querySelectorAll('svg, img, canvas')) {
    const named = (drawing.getAttribute('aria-labelledby') ?? '').split(' ')
    const texts = named.map((id) => document.getElementById(id)?.textContent?.trim() ?? '')
    if (drawing.getAttribute('role') !== 'img' || texts.length < 2 || texts.some((text) => text.length < 5))
      faults.push(`a drawing has no text alternative: ${named}`)
  }

  let level = 0
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName[1])
    if (next > level + 1) faults.push(`the heading ${heading.textContent} is of level ${next} after ${level}`)
    level = next
  }

  for (const element of document.querySelectorAll<HTMLElement>('body *')) {
    const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
    if (scrolls && (element.tabIndex < 0 || !element.ariaLabel))
      faults.push(`a box that scrolls cannot be reached or has no name: ${element.className}`)
  }

  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (canvas === null) return [...faults, 'the browser has no canvas to read colours with']
  const reader = canvas
  /** Red, green, blue from 0 to 255 and alpha from 0 to 1, of any CSS colour. */
  function read(color: string): number[] {
    reader.clearRect(0, 0, 1, 1)
    reader.fillStyle = color
    reader.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = reader.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  function over([r, g, b, a]: number[], ground: number[]): number[] {
    return [r, g, b].map((value, i) => value * a + ground[i] * (1 - a))
  }
  function groundOf(element: Element | null): number[] {
    if (element === null) return [255, 255, 255]
    const color = read(getComputedStyle(element).backgroundColor)
    return color[3] === 1 ? color.slice(0, 3) : over(color, groundOf(element.parentElement))
  }
  function luminance(color: number[]): number {
    const [r, g, b] = color.map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let seen = 0
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement
    const text = node.textContent?.trim() ?? ''
    if (element === null || text === '' || element.closest('title, desc') !== null) continue
    seen++
    const style = getComputedStyle(element)
    const ground = groundOf(element)
    const drawn = element instanceof SVGElement
    const ink = luminance(over(read(drawn ? style.fill : style.color), ground))
    const paper = luminance(ground)
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)
    const size = Number.parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (contrast < (large ? 3 : 4.5)) faults.push(`contrast ${contrast.toFixed(2)}: ${text.slice(0, 40)}`)
    const height = drawn ? element.getBoundingClientRect().height : size
    if (height < 10) faults.push(`text ${height.toFixed(1)} px high: ${text.slice(0, 40)}`)
  }
  if (seen < 50) faults.push(`only ${seen} texts were found`)
  return faults
}
