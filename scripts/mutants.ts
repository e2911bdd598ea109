/**
 * `npm run test:mutants`: breaks one guard, limit or bound at a time and runs the unit tests that reach it. A change
 * that no test notices is a survivor. It is printed, and makes the run fail unless `mutants/explained.json` says why
 * it may survive. Nothing on the disk changes: the tests get the changed file from memory.
 *
 * - `--files PART,PART`: only files whose path contains one of these
 * - `--sample N`: only N mutants, spread evenly
 * - `--resume`: leaves out what an earlier run killed, as long as its file and the test that killed it are unchanged
 * - `--list`: prints the mutants and runs nothing
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { explains, readExplained, type Explanation } from './mutants/explained.ts'
import { createKilledBefore } from './mutants/killed-before.ts'
import { mutantsOf, type Mutant } from './mutants/mutations.ts'
import { relatedTests } from './mutants/related-tests.ts'
import { createTester } from './mutants/tester.ts'
import { createTypeCheck } from './mutants/type-check.ts'

/** What is mutated: where a wrong bound or a missing guard lets somebody in, or loses a message. */
const targets = [
  'src/main/access/*.ts',
  'src/main/base/kept-file.ts',
  'src/main/bus/*.ts',
  'src/main/mcp/approvals/*.ts',
  'src/main/mcp/http/session-{table,tag}.ts',
  'src/main/panel/one-user.ts',
  'src/main/app/apply-blocks.ts',
]
/** A mutant that takes so many times as long as the tests do without one has hung. */
const hungTimes = 10
const hungFloorMs = 20_000
/** Test files that are run one by one before all the others: each run costs a quarter of a second. */
const triedAlone = 2

const root = join(import.meta.dirname, '..')
const cacheFolder = join(root, 'node_modules/.cache/mutants')
const { values: options } = parseArgs({
  options: {
    files: { type: 'string', default: '' },
    sample: { type: 'string' },
    resume: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const plain = (path: string): string => path.replaceAll('\\', '/')
const files = globSync(targets, { cwd: root })
  .map(plain)
  .filter((file) => options.files.split(',').some((part) => file.includes(part)))
  .sort()
const everyMutant = files.flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')))
const mutants = sampled(everyMutant, Number(options.sample ?? Infinity))
const explained = readExplained(join(import.meta.dirname, 'mutants/explained.json'))

const killedBefore = createKilledBefore(root, join(cacheFolder, 'found.json'), options.resume)
const related = relatedTests(root, globSync('tests/unit/main/**/*.test.ts', { cwd: root }).map(plain).sort())
const refusedByCompiler = createTypeCheck(root)
const tester = createTester(cacheFolder)
process.on('exit', () => tester.close())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

type Fate = 'killed' | 'refused' | 'hung' | 'explained' | 'survived'
const fates = new Map<Mutant, Fate>()
/** Tests that pass without a mutant, and how long all of them take. */
const sound = new Set<string>()
let soundMs = 0

if (options.list) {
  for (const mutant of mutants) console.log(lineOf(mutant))
  console.log(`${mutants.length} mutants in ${files.length} files.`)
} else process.exitCode = await testAll()

async function testAll(): Promise<number> {
  try {
    for (const file of files) {
      const todo: Mutant[] = []
      for (const mutant of mutants.filter((each) => each.file === file)) {
        const before = killedBefore.fateOf(mutant)
        if (before === null) todo.push(mutant)
        else fates.set(mutant, before)
      }
      if (todo.length > 0) await testFile(file, todo)
    }
  } finally {
    tester.close()
  }
  return conclude()
}

async function testFile(file: string, todo: readonly Mutant[]): Promise<void> {
  const tests = related(file)
  await passWithout(tests)
  console.log(`${file}: ${todo.length} mutants, ${tests.length} test files`)
  const order = inOrder(file, tests)
  for (const mutant of todo) {
    const fate = await fateOf(mutant, order)
    fates.set(mutant, fate)
    if (fate === 'explained' || fate === 'survived') console.log(`  ${fate} ${lineOf(mutant)}`)
  }
}

/** Makes sure once that tests pass without a mutant, and notes how long they take. */
async function passWithout(tests: readonly string[]): Promise<void> {
  const untried = tests.filter((test) => !sound.has(test))
  if (untried.length === 0) return
  const began = performance.now()
  const outcome = await tester.run({ mutant: null, tests: untried }, 600_000)
  soundMs += performance.now() - began
  if (outcome.kind !== 'passed') {
    throw new Error(`Tests fail without a mutant: ${JSON.stringify(outcome)}. Repair them first.`)
  }
  for (const test of untried) sound.add(test)
}

/** The tests of a file in the order in which they are tried. */
interface TestOrder {
  /** One run each: the module's own test, and whatever has found a mutant of it since, latest first. */
  readonly first: string[]
  /** Those that stand beside it. */
  readonly near: readonly string[]
  readonly rest: readonly string[]
}

function inOrder(file: string, tests: readonly string[]): TestOrder {
  const folder = dirname(file).replace('src/', 'tests/unit/')
  const near = tests.filter((test) => dirname(test) === folder)
  return {
    first: near.filter((test) => basename(test).startsWith(basename(file, '.ts'))),
    near,
    rest: tests.filter((test) => !near.includes(test)),
  }
}

async function fateOf(mutant: Mutant, { first, near, rest }: TestOrder): Promise<Fate> {
  const limitMs = Math.max(hungFloorMs, hungTimes * soundMs)
  const tried = new Set<string>()
  const isFound = async (tests: readonly string[]): Promise<'killed' | 'hung' | null> => {
    const untried = tests.filter((test) => !tried.has(test))
    for (const test of untried) tried.add(test)
    if (untried.length === 0) return null
    const result = await tester.run({ mutant, tests: untried }, limitMs)
    if (result.kind === 'passed') return null
    if (result.kind === 'hung') {
      killedBefore.add(mutant, { fate: 'hung' })
      return 'hung'
    }
    killedBefore.add(mutant, { fate: 'killed', by: result.test })
    if (first.includes(result.test)) first.splice(first.indexOf(result.test), 1)
    first.unshift(result.test)
    return 'killed'
  }
  for (const test of first.slice(0, triedAlone)) {
    const fate = await isFound([test])
    if (fate !== null) return fate
  }
  if (refusedByCompiler(mutant.file, mutant.text)) {
    killedBefore.add(mutant, { fate: 'refused' })
    return 'refused'
  }
  const fate = (await isFound([...first, ...near])) ?? (await isFound(rest))
  return fate ?? (explained.some((each) => explains(each, mutant)) ? 'explained' : 'survived')
}

function conclude(): number {
  // Only where every mutant was made can an explanation be known to fit none of them.
  const gone = explained.filter(
    (each) => files.includes(each.file) && !everyMutant.some((mutant) => explains(each, mutant)),
  )
  const needless = explained.filter((each) => {
    const meant = mutants.filter((mutant) => explains(each, mutant))
    return meant.length > 0 && meant.every((mutant) => fates.get(mutant) !== 'explained')
  })
  const survived = mutants.filter((mutant) => fates.get(mutant) === 'survived')
  console.log('')
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    console.log(`${folder}: ${countOf(mutants.filter(({ file }) => dirname(file) === folder))}`)
  }
  console.log(`In all: ${countOf(mutants)}`)
  for (const mutant of survived) console.log(lineOf(mutant))
  for (const each of gone) console.log(`explained.json: there is no such mutant any more:\n${placeOf(each)}`)
  for (const each of needless) console.log(`explained.json: this mutant does not survive:\n${placeOf(each)}`)
  return survived.length + gone.length + needless.length > 0 ? 1 : 0
}

function countOf(some: readonly Mutant[]): string {
  const number = (fate: Fate): number => some.filter((mutant) => fates.get(mutant) === fate).length
  return (
    `${some.length} mutants: ${number('killed')} killed by a test, ${number('hung')} hung, ` +
    `${number('refused')} refused by the compiler, ${number('explained')} explained, ` +
    `${number('survived')} survived.`
  )
}

function placeOf({ file, within, was, becomes }: Explanation): string {
  return `${file} in ${within}\n    ${was}\n    ${becomes}`
}

function lineOf({ file, line, within, was, becomes }: Mutant): string {
  return `${file}:${line} in ${within}\n    ${was}\n    ${becomes}`
}

function sampled<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor((index * items.length) / count)] as Item,
  )
}
