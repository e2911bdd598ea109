/** Hands a file to the browser (or Electron) to save, as a click on a download link would. `bytes` is base64. */
export function saveFile(name: string, bytes: string, type: string): void {
  saveBlob(name, new Blob([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], { type }))
}

/** The same with a text, in UTF-8. */
export function saveText(name: string, text: string): void {
  saveBlob(name, new Blob([text], { type: 'text/plain;charset=utf-8' }))
}

function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
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
