/** A number with its noun: `1 job`, `2 jobs`. */
export function countOf(count: number, noun: string, many = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : many}`
}
