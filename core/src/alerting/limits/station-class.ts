/** As the tables write a class: `Ⅲ类`, `Class III` and `iii` are III, `4A` is 4a, `二类` is II. */
export function classWritten(stationClass: string): string
export function classWritten(stationClass: string | null): string | null
export function classWritten(stationClass: string | null): string | null {
  if (stationClass === null) return null
  const plain = stationClass
    .normalize('NFKC')
    .trim()
    .replace(/^(class|grade|category)\s*/i, '')
    .replace(/\s*[类級级](区|水)?$/, '')
  const numeral = { 一: 'I', 二: 'II', 三: 'III', 四: 'IV', 五: 'V' }[plain]
  if (numeral !== undefined) return numeral
  return /^[ivx]+$/i.test(plain) ? plain.toUpperCase() : plain.toLowerCase()
}
