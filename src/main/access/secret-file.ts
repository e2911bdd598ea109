import { randomBytes } from 'node:crypto'
import { link, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '../base/log.ts'
import {
  closeToOthers,
  codeOf,
  ensurePrivateDirectory,
  isUnwritable,
  writeTemporary,
} from '../base/private-file.ts'

/** What a bearer token may be made of: the `b64token` of RFC 6750, section 2.1. */
const secretPattern = /^[A-Za-z0-9._~+/-]+=*$/

/** Fewest characters of a secret: whoever hears one proof of a shorter one can find it by trying. */
const minSecretLength = 16
const maxSecretLength = 512

/**
 * What keeps text from being a secret, as a sentence about `name`; null where nothing does. It has to travel as a
 * bearer token, and must not be guessed.
 */
export function secretFault(name: string, text: string): string | null {
  if (text.length > maxSecretLength || !secretPattern.test(text)) {
    return `${name} must be ${minSecretLength} to ${maxSecretLength} characters of letters, digits and ._~+/- (as RFC 6750 has it).`
  }
  if (text.length < minSecretLength) {
    return `${name} has fewer than ${minSecretLength} characters and can be guessed.`
  }
  return null
}

/** 32 random bytes as base64url without padding: 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The data directory or a secret in it cannot be used. `message` says which file and what to do. */
export class SecretFileError extends Error {
  readonly code = 'secret_file'
}

/**
 * Reads the secret kept in `path`, or creates it with `makeSecret` (mode 0600). Of two processes that start at
 * the same moment one creates it and both use that one. A file that others may read is closed to them, with a
 * warning. An empty file, left by a crash or a full disk, is replaced. Where it cannot be kept it holds until this
 * process ends, with a warning.
 *
 * @throws SecretFileError where the file holds something that cannot be a bearer token, or can be guessed.
 */
export async function readOrCreateSecret(path: string, makeSecret: () => string, log: Log): Promise<string> {
  // Never a new secret where there is one that cannot be read: its programs would be refused without a reason.
  const kept = await readSecret(path, log)
  if (kept !== null && kept !== '') return kept
  const secret = makeSecret()
  try {
    await ensurePrivateDirectory(dirname(path))
    return await keepSecret(path, secret, log)
  } catch (error) {
    if (!isUnwritable(error)) throw error
    log.warn(
      { path, code: codeOf(error) },
      'a secret could not be kept: programs that use it have to be told the new one after a restart',
    )
    return secret
  }
}

/** Keeps a secret that was just made; answers with the one that stands in the file then. */
async function keepSecret(path: string, secret: string, log: Log): Promise<string> {
  const temporary = await writeTemporary(path, `${secret}\n`)
  try {
    await link(temporary, path)
    return secret
  } catch {
    const theirs = await readSecret(path, log)
    if (theirs !== null && theirs !== '') return theirs
    // An empty file, or a file system without hard links (FAT, some network mounts): the rename may lose a race of
    // two first starts, which only costs the loser's clients a second look at the file.
    await rename(temporary, path)
    return secret
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
}

async function readSecret(path: string, log: Log): Promise<string | null> {
  let text: string
  try {
    text = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    if (codeOf(error) === 'EISDIR') {
      throw new SecretFileError(
        `${path} is a folder, and a secret belongs there. Move it away to have a new one made.`,
      )
    }
    throw error
  }
  const fault = text === '' ? null : secretFault(`The secret in ${path}`, text)
  if (fault !== null) throw new SecretFileError(`${fault} Delete the file to have a new one made.`)
  await closeToOthers(path, log)
  return text
}
