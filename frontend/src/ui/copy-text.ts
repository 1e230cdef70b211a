/**
 * Puts a text into the clipboard. Browsers offer the clipboard to secure pages only, so that a page served over plain
 * HTTP needs the older way: a selected text area, inside the open dialog because the rest of the page is inert.
 * @returns whether it worked
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Not permitted: the older way may still be.
  }
  return copySelected(text)
}

function copySelected(text: string): boolean {
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  ;(focused?.closest('dialog') ?? document.body).append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}
