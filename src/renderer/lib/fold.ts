/** Makes texts comparable whatever their case and Unicode composition. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
