import { z } from 'zod'
import { jobColumns } from './jobs-order.ts'

/** How the list of jobs is sorted, as it is remembered on this machine. */
export const jobSortsSchema = z
  .array(z.object({ column: z.enum(jobColumns), direction: z.enum(['ascending', 'descending']) }))
  .min(1)
