import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import styles from './ClientGrid.module.css'
import type { Column } from '../../model/clients/client-columns.ts'
import type { Bucket } from '../../model/clients/client-order.ts'
import { columnTotal, isTotalled } from '../../model/clients/totals.ts'

/** The sums of what is shown, where a column has one and there is more than one row. */
export function TotalsRow({ bucket }: { bucket: Bucket }) {
  const { clients } = usePanel()
  const columns = useStore(clients.state, (state) => state.columns)
  const several = useStore(clients.state, (state) => state.shown[bucket].length > 1)
  if (!several || !columns.some(isTotalled)) return null
  return (
    <div role="rowgroup" className={styles['totals']}>
      <div role="row" aria-label="Totals" className={`${styles['sums']} num`} translate="no">
        {columns.map((column) => (
          <div key={column} role="gridcell" className={isTotalled(column) ? styles['end'] : undefined}>
            {column === 'client' && 'Total'}
            {isTotalled(column) && <Total bucket={bucket} column={column} />}
          </div>
        ))}
      </div>
    </div>
  )
}

function Total({ bucket, column }: { bucket: Bucket; column: Column }) {
  const sum = useStore(usePanel().clients.state, ({ shown, byKey }) =>
    columnTotal(column, shown[bucket], byKey),
  )
  return sum.toLocaleString('en')
}
