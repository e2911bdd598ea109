import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/**
 * Which of the tests reach a source file by their imports, type-only ones aside. Paths are from the root of the
 * project, with forward slashes.
 */
export function relatedTests(root: string, tests: readonly string[]): (source: string) => string[] {
  const imports = new Map<string, readonly string[]>()
  const reached = new Map(tests.map((test) => [test, reachedFrom(test)]))

  function reachedFrom(test: string): ReadonlySet<string> {
    const found = new Set([test])
    for (const file of found) for (const imported of importsOf(file)) found.add(imported)
    return found
  }

  function importsOf(file: string): readonly string[] {
    const known = imports.get(file)
    if (known !== undefined) return known
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)
    const found = source.statements.flatMap((statement) => {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return []
      if (statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return []
      const path = join(dirname(file), statement.moduleSpecifier.text)
      const isOwn = statement.moduleSpecifier.text.startsWith('.') && existsSync(join(root, path))
      return isOwn && /\.tsx?$/.test(path) ? [relative('.', path).replaceAll('\\', '/')] : []
    })
    imports.set(file, found)
    return found
  }

  return (source) => tests.filter((test) => reached.get(test)?.has(source) === true)
}
