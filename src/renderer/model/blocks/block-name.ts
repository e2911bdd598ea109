import type { Block } from '../../../shared/blocks.ts'
import { programTitle } from '../../../shared/program-names.ts'

/** Who or what a block keeps away, as a person knows it; its subject is what it is compared with. */
export const blockName = ({ kind, subject }: Pick<Block, 'kind' | 'subject'>): string =>
  kind === 'program' ? programTitle({ name: subject }) : subject
