/** Hands a file to the browser (or Electron) to save, as a click on a download link would. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  saveAddress(name, url)
  // The download has begun by the time of the next task; what it reads from is then its own.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** The same for what has a `blob:` address already. */
export function saveAddress(name: string, url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
