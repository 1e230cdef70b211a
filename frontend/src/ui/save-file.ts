/** Hands a text made in the browser to the person as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has taken its own reference once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
