/**
 * Makes the attribution of a tile service safe to show: Leaflet writes it as HTML. Text stays, links to http(s)
 * addresses stay, everything else is shown as text.
 */
export function attributionHtml(source: string): string {
  const link = /<a\s[^>]*href=["'](https?:\/\/[^"'<>\s]+)["'][^>]*>([^<]*)<\/a>/gi
  let html = ''
  let at = 0
  for (const match of source.matchAll(link)) {
    html += escapeHtml(source.slice(at, match.index))
    html += `<a href="${escapeHtml(match[1] as string)}" target="_blank" rel="noreferrer">${escapeHtml(match[2] as string)}</a>`
    at = match.index + match[0].length
  }
  return html + escapeHtml(source.slice(at))
}

/** Entities such as &copy; are kept. */
function escapeHtml(text: string): string {
  return text
    .replace(/&(?![a-z]+;|#\d+;)/gi, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
