import { totalmem } from 'node:os'
import { settings } from '../../shared/settings.ts'

const mebibyte = 1024 * 1024

/**
 * Mebibytes that may be kept on behalf of all users where nobody set it: a quarter of the memory that this process may
 * use, within the bounds of the setting and at most its default.
 *
 * @param machineBytes of the machine
 * @param limitBytes of the container or control group; 0 for none, as Node tells it
 */
export function memoryByDefault(
  machineBytes: number = totalmem(),
  limitBytes: number = process.constrainedMemory(),
): number {
  const usable = limitBytes > 0 ? Math.min(machineBytes, limitBytes) : machineBytes
  const { min, default: most } = settings.memory_mib
  return Math.max(min, Math.min(most, Math.floor(usable / 4 / mebibyte)))
}
