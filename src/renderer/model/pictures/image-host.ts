/** Turns the bytes of images into addresses that the page can show, and takes them back. */
export interface ImageHost {
  /** `data` is base64. The address holds until it is released. */
  open: (data: string, mimeType: string) => { url: string; bytes: number }
  /** Resolves when the browser can show it, rejects where it can't. */
  read: (url: string) => Promise<void>
  release: (url: string) => void
}

/** The browser's own: `blob:` addresses, which only this page's scripts can make. */
export function createImageHost(): ImageHost {
  return {
    open(data, type) {
      const content = Uint8Array.from(atob(data), (char) => char.charCodeAt(0))
      return { url: URL.createObjectURL(new Blob([content], { type })), bytes: content.length }
    },
    read(url) {
      const image = new Image()
      image.src = url
      return image.decode()
    },
    release: (url) => URL.revokeObjectURL(url),
  }
}
