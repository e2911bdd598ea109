import { z } from 'zod'
import { clientStateSchema } from '../../../shared/clients.ts'
import { columnIds, defaultColumns, type Column } from './client-columns.ts'

/** What rows can be put together by. */
export const groupings = ['group', 'type', 'host'] as const satisfies readonly Column[]

const columnSchema = z.enum(columnIds)
const sortSchema = z.array(z.object({ column: columnSchema, direction: z.enum(['ascending', 'descending']) }))

/** How the tables of clients are laid out. */
export const clientsLayoutSchema = z.object({
  /** Shown, in the order of `columnIds`; the client itself is always there. */
  columns: z.array(columnSchema),
  sort: z.object({ persistent: sortSchema.min(1), ephemeral: sortSchema.min(1) }),
  groupBy: z.enum(groupings).nullable(),
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
  sort: {
    persistent: [{ column: 'client', direction: 'ascending' }],
    ephemeral: [{ column: 'client', direction: 'ascending' }],
  },
  groupBy: null,
}

/** The columns with one more or one less, in their fixed order. */
export function toggleColumn(columns: readonly Column[], column: Column): Column[] {
  return columnIds.filter((each) =>
    each === 'client' || each === column
      ? each === 'client' || !columns.includes(each)
      : columns.includes(each),
  )
}
