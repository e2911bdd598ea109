import { z } from 'zod'
import { clientStateSchema } from '../../../shared/clients.ts'
import type { Sort } from '../../lib/sorts.ts'
import {
  columnIds,
  columnWidthMax,
  columnWidthMin,
  defaultColumns,
  type Column,
  type ColumnWidths,
} from './client-columns.ts'

/** Whether clients stand in tables or as cards on the wall. */
export const viewModes = ['table', 'wall'] as const
export type ViewMode = (typeof viewModes)[number]

/** What clients can be put together by. */
export const groupings = ['group', 'type', 'host', 'user'] as const satisfies readonly Column[]
export type Grouping = (typeof groupings)[number]

const columnSchema = z.enum(columnIds)
const sortSchema = z.array(z.object({ column: columnSchema, direction: z.enum(['ascending', 'descending']) }))

/** How clients are laid out. */
export const clientsLayoutSchema = z.object({
  /** Shown, in the order a person gave them; the client itself is always there and the first. */
  columns: z
    .array(columnSchema)
    .refine((columns) => columns[0] === 'client' && new Set(columns).size === columns.length),
  /** Widths that a person gave to columns, in CSS pixels. */
  widths: z.partialRecord(columnSchema, z.number().min(columnWidthMin).max(columnWidthMax)).default({}),
  sort: z.object({ persistent: sortSchema.min(1), ephemeral: sortSchema.min(1) }),
  groupBy: z.enum(groupings).nullable(),
  shownAs: z.enum(viewModes).default('table'),
})
export type ClientsLayout = Readonly<z.infer<typeof clientsLayoutSchema>>

const savedViewSchema = z.object({
  name: z.string().min(1).max(60),
  query: z.string().max(500),
  state: clientStateSchema.nullable(),
  layout: clientsLayoutSchema,
})
export type SavedView = z.infer<typeof savedViewSchema>
/** More than so many nobody finds again. */
export const savedViewsMax = 30
export const savedViewsSchema = z.array(savedViewSchema).max(savedViewsMax)

export const defaultLayout: ClientsLayout = {
  columns: [...defaultColumns],
  widths: {},
  sort: {
    persistent: [{ column: 'client', direction: 'ascending' }],
    ephemeral: [{ column: 'client', direction: 'ascending' }],
  },
  groupBy: null,
  shownAs: 'table',
}

/** What is kept, with the parts that are other ones now than before. */
export function withChanges(kept: ClientsLayout, before: ClientsLayout, now: ClientsLayout): ClientsLayout {
  const changed = Object.entries(now).filter(([part, value]) => before[part as keyof ClientsLayout] !== value)
  return { ...kept, ...(Object.fromEntries(changed) as Partial<ClientsLayout>) }
}

/** What both lists are sorted by first, null where that is not the same. */
export function commonSort({ persistent, ephemeral }: ClientsLayout['sort']): Sort<Column> | null {
  const [one, other] = [persistent[0], ephemeral[0]]
  return one !== undefined && one.column === other?.column && one.direction === other.direction ? one : null
}

/** The columns with one more or one less. One more stands where it stands in `columnIds`, as far as the others do. */
export function toggleColumn(columns: readonly Column[], column: Column): Column[] {
  if (column === 'client') return [...columns]
  if (columns.includes(column)) return columns.filter((each) => each !== column)
  const after = new Set(columnIds.slice(columnIds.indexOf(column) + 1))
  const at = columns.findIndex((each) => after.has(each))
  return at === -1 ? [...columns, column] : columns.toSpliced(at, 0, column)
}

/** The columns with one of them moved to before another, or to the end. The client stays the first. */
export function moveColumn(columns: readonly Column[], column: Column, before: Column | null): Column[] {
  if (column === 'client' || before === column || !columns.includes(column)) return [...columns]
  const others = columns.filter((each) => each !== column)
  const at = before === null ? -1 : others.indexOf(before)
  return others.toSpliced(at === -1 ? others.length : Math.max(1, at), 0, column)
}

/** The columns with one of them moved by so many places. */
export function shiftColumn(columns: readonly Column[], column: Column, by: -1 | 1): Column[] {
  const at = columns.indexOf(column)
  if (by === -1) return moveColumn(columns, column, columns[at - 1] ?? null)
  return moveColumn(columns, column, columns[at + 2] ?? null)
}

/** A width within its bounds, in whole pixels. */
export function boundWidth(width: number): number {
  return Math.round(Math.max(columnWidthMin, Math.min(columnWidthMax, width)))
}

/** The widths with another one for a column; undefined lets it share the room again. */
export function withWidth(widths: ColumnWidths, column: Column, width: number | undefined): ColumnWidths {
  const others = Object.entries(widths).filter(([each]) => each !== column)
  return Object.fromEntries(width === undefined ? others : [...others, [column, boundWidth(width)]])
}
