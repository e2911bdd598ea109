import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { newestSchema } from '../activity/schema.ts'
import { readJsonFile } from '../base/json-file.ts'
import type { Log } from '../base/log.ts'
import { codeOf, isUnwritable, writePrivateFile } from '../base/private-file.ts'

/**
 * The format of a data directory as a whole. It rises with each change after which an earlier version could not use what
 * is stored. Version 0.1.0 wrote no number: that is format 1.
 */
const dataFormat = 2
/** The newest form of each file that has a number of its own. */
const fileForms: Readonly<Record<string, number>> = {
  'settings.json': 1,
  'tokens.json': 1,
  'blocks.json': 1,
  'approvals.json': 1,
  'targets.json': 1,
  'pauses.json': 1,
}
/** Who wrote a data directory without a number. */
const firstVersion = '0.1.0'
const backupsKept = 3

const stampSchema = z.object({ format: z.number().int().positive(), version: z.string().max(100) })
const formSchema = z.object({ version: z.number() })

/** The data directory holds what a newer version wrote. Nothing was changed. */
export class NewerDataError extends Error {
  readonly code = 'newer_data'
  constructor(dataDir: string, what: string, version: string) {
    super(
      `The data in ${dataDir} was written by a newer Busbar (${what}), and this is ${version}. ` +
        'Update Busbar, or name another folder with --data-dir. Nothing was changed.',
    )
  }
}

export interface DataFormatPorts {
  readonly dataDir: string
  /** This version of Busbar. */
  readonly version: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

/**
 * Makes a data directory this version's own, before anything in it is opened and while its lock is held: what another
 * version left is copied to `backups`, of which the last three are kept, and `version.json` says who has it now. Where
 * nothing can be written, that is skipped with a warning.
 *
 * @throws NewerDataError
 */
export async function adoptData(ports: DataFormatPorts): Promise<void> {
  const { dataDir, version, log } = ports
  const path = join(dataDir, 'version.json')
  // One that is damaged says nothing: the files themselves still have their numbers.
  const file = await readJsonFile(path, stampSchema).catch(() => null)
  const stamp = file?.kind === 'read' ? file.value : null
  const newer = await newerThanThis(dataDir, stamp)
  if (newer !== null) throw new NewerDataError(dataDir, newer, version)
  if (stamp?.format === dataFormat && stamp.version === version) return
  try {
    await backUp(ports, stamp?.version ?? firstVersion)
    await writePrivateFile(path, `${JSON.stringify({ format: dataFormat, version })}\n`)
  } catch (error) {
    // Without a directory nothing is kept: who needs one says what is wrong with it.
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return
    if (!isUnwritable(error)) throw error
    log.warn({ dataDir, code: codeOf(error) }, 'the data could not be backed up for this version')
  }
}

/** What says that a newer version wrote the data; null where nothing does. */
async function newerThanThis(
  dataDir: string,
  stamp: z.infer<typeof stampSchema> | null,
): Promise<string | null> {
  if (stamp !== null && stamp.format > dataFormat) return stamp.version
  for (const [name, newest] of Object.entries(fileForms)) {
    // Who can't be read now is not of our making: whoever opens it finds out why.
    const file = await readJsonFile(join(dataDir, name), formSchema).catch(() => null)
    if (file?.kind === 'read' && file.value.version > newest) return name
  }
  return (await historySchema(join(dataDir, 'history.db'))) > newestSchema ? 'history.db' : null
}

/** `user_version` of a SQLite file, from its header (sqlite.org/fileformat2.html, section 1.3); 0 where there is none. */
async function historySchema(path: string): Promise<number> {
  const header = Buffer.alloc(64)
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return 0
  try {
    const { bytesRead } = await file.read(header, 0, header.length, 0)
    const isDatabase = bytesRead === header.length && header.toString('latin1', 0, 15) === 'SQLite format 3'
    return isDatabase ? header.readUInt32BE(60) : 0
  } catch {
    return 0
  } finally {
    await file.close()
  }
}

/** Copies what is stored, if anything is; whole or not at all. */
async function backUp({ dataDir, clock, version, log }: DataFormatPorts, from: string): Promise<void> {
  const names = (await readdir(dataDir, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && isStored(entry.name))
    .map(({ name }) => name)
  if (names.length === 0) return
  const folder = join(dataDir, 'backups')
  const stamp = new Date(clock()).toISOString().replaceAll(/[:.]/g, '-')
  const name = `${stamp}-of-${from.replaceAll(/[^\w.+-]/g, '_')}`
  const unfinished = join(folder, `${name}.tmp`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const left of await readdir(folder)) {
    if (left.endsWith('.tmp')) await rm(join(folder, left), { recursive: true, force: true })
  }
  try {
    await mkdir(unfinished, { mode: 0o700 })
    for (const each of names) {
      await copyFile(join(dataDir, each), join(unfinished, each), constants.COPYFILE_FICLONE)
    }
    await rename(unfinished, join(folder, name))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
  log.info({ backup: name, from, version }, 'the data of another version was backed up')
  const kept = (await readdir(folder)).toSorted()
  for (const old of kept.slice(0, -backupsKept)) {
    await rm(join(folder, old), { recursive: true, force: true })
  }
}

/**
 * Whether a file belongs to what is stored, and not to a run. The lock must not even be opened (`config/data-lock.ts`).
 */
function isStored(name: string): boolean {
  if (/\.(tmp|lock)$|-shm$|\.damaged-/.test(name)) return false
  return !['endpoint.json', 'open-panel.html', 'version.json'].includes(name)
}
