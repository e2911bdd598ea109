/**
 * The most of a bound for all that one user gets: half of it, rounded up. What one user's programs do leaves the other
 * half to everybody else, as in the ledger.
 */
export function shareOf(max: number): number {
  return Math.ceil(max / 2)
}
