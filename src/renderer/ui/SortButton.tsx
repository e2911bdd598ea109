import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ComponentProps } from 'react'
import styles from './GridRow.module.css'
import type { Sort } from '../lib/sorts.ts'

type SortButtonProps = Omit<ComponentProps<'button'>, 'onClick'> & {
  title: string
  sorts: readonly Sort[]
  column: string
  /** `also` keeps what it was sorted by before. */
  onSort: (also: boolean) => void
}

/** The title of a column that sorts by it, with its direction and, among several, its rank. */
export function SortButton({ title, sorts, column, onSort, ...rest }: SortButtonProps) {
  const rank = sorts.findIndex((sort) => sort.column === column)
  const direction = sorts[rank]?.direction
  return (
    <button
      type="button"
      {...rest}
      title={`${title}: sort. With Shift: sort by this as well, then the other way, then not`}
      onClick={(event) => onSort(event.shiftKey)}
    >
      <span>{title}</span>
      {direction === 'ascending' && <ArrowUp size={11} aria-hidden />}
      {direction === 'descending' && <ArrowDown size={11} aria-hidden />}
      {sorts.length > 1 && rank !== -1 && (
        <span className={styles['rank']} aria-hidden>
          {rank + 1}
        </span>
      )}
    </button>
  )
}

/** What `aria-sort` says of a column. */
export function ariaSort(sorts: readonly Sort[], column: string): 'ascending' | 'descending' | 'none' {
  return sorts.find((sort) => sort.column === column)?.direction ?? 'none'
}
