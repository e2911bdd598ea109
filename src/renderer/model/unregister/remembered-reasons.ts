import { z } from 'zod'
import { reasonLength } from '../../../shared/blocks.ts'

/** Reasons that were given lately, as they are remembered on this machine. */
export const reasonsSchema = z.array(z.string().min(1).max(reasonLength))
