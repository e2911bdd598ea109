/** What a list is sorted by. */
export interface Sort<Column extends string = string> {
  column: Column
  direction: 'ascending' | 'descending'
}

/** What a row sorts by in a column; null (nothing there) comes last in both directions. */
export type SortValue = string | number | null

/** Compares names as people do: without regard to case, and with 2 before 10. */
export const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Compares two values of one column. */
export function compareValues(a: SortValue, b: SortValue, direction: Sort['direction']): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b))
  return direction === 'ascending' ? order : -order
}

/** As people do, and apart where texts only look alike to them: what is equal in a column stands together. */
function compareTexts(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * The sorts after a column was chosen: alone it sorts, the second time the other way round. With `also` it decides
 * after those that were there: the first time it is added, then turned, then taken away. One sort always stays.
 */
export function chooseSort<Column extends string>(
  before: readonly Sort<Column>[],
  column: Column,
  also: boolean,
): Sort<Column>[] {
  const known = before.find((each) => each.column === column)
  const alone = before.length === 1
  const turned: Sort<Column> = {
    column,
    direction: known?.direction === 'ascending' && (also || alone) ? 'descending' : 'ascending',
  }
  if (!also) return [turned]
  if (known === undefined) return [...before, turned]
  if (known.direction === 'descending' && !alone) return before.filter((each) => each !== known)
  return before.map((each) => (each === known ? turned : each))
}
