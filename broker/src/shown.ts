const TEXT_SHOWN = 128

/** What a peer wrote, cut and without control characters, fit for listings and logs. */
export function shown(text: string, length = TEXT_SHOWN): string {
  return text.slice(0, length).replaceAll(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, '?')
}
