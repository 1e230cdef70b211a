/** Text that is XML already; only this file makes it. */
export interface Markup {
  readonly markup: string
}

/** An element with text, or with elements inside. */
export function element(
  name: string,
  content: string | readonly Markup[],
  attributes: Readonly<Record<string, string>> = {},
): Markup {
  const inside =
    typeof content === 'string' ? escapeXml(content) : content.map(({ markup }) => markup).join('')
  const opening =
    name +
    Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
      .join('')
  return { markup: inside === '' ? `<${opening}/>` : `<${opening}>${inside}</${name}>` }
}

/** A whole document. */
export function root(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly Markup[],
): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, content, attributes).markup}\n`
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** For text and attributes. What XML 1.0 clause 2.2 allows in no writing at all is left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '')
}
