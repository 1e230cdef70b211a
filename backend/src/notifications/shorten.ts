/** The longest beginning of whole characters with no more than so many UTF-16 units: half a character is no text. */
export function beginning(text: string, most: number): string {
  if (text.length <= most) return text
  const last = text.charCodeAt(most - 1)
  const splits = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, splits ? most - 1 : most)
}

/** The same, with a sign that there was more. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${beginning(text, most - 1)}…`
}
