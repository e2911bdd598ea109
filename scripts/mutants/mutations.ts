import ts from 'typescript'

/** One small change to a source file that a test should notice. */
export interface Mutant {
  /** From the root of the project, with forward slashes. */
  readonly file: string
  /** Of the first changed character; the first line is 1. */
  readonly line: number
  /** The functions and classes around the change, outermost first, joined by dots. */
  readonly within: string
  /** The lines that change, on one line, and what becomes of them. */
  readonly was: string
  readonly becomes: string
  /** The whole file with the change made. */
  readonly text: string
}

/** Characters `start` to `end` (exclusive) of a file become `text`. */
interface Change {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Method calls that a mutant leaves out: what they were called on stands in their place. */
const leftOut = new Set(['filter', 'slice', 'trim', 'toLowerCase', 'toSorted', 'toReversed'])
/** Statements that call one of these are kept: no test sees them, and none should. */
const unseen = new Set(['setMaxListeners', 'unref'])
/** Lists longer than this are data, not logic. */
const longestList = 8

const swaps: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
  [ts.SyntaxKind.AsteriskToken]: '/',
  [ts.SyntaxKind.SlashToken]: '*',
  [ts.SyntaxKind.PlusEqualsToken]: '-=',
  [ts.SyntaxKind.MinusEqualsToken]: '+=',
}
const equalities = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
])
const choices = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])
const methodSwaps: Record<string, string> = { min: 'max', max: 'min', some: 'every', every: 'some' }

/**
 * All mutants of a file, in order of place. Guards and conditions are taken as always true and as always false, a
 * part of a condition is left out, bounds move by one, comparisons and arithmetic change their operator, and a
 * statement, a filter or an item of a short list is left out. Log lines are left alone.
 */
export function mutantsOf(file: string, source: string): Mutant[] {
  const root = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const changes: { change: Change; within: string }[] = []
  const visit = (node: ts.Node, within: readonly string[]): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return
    if (ts.isExpressionStatement(node) && !isSeen(node.expression)) return
    for (const change of changesOf(node, root)) changes.push({ change, within: within.join('.') })
    const name = nameOf(node)
    const inner = name === null ? within : [...within, name]
    node.forEachChild((child) => visit(child, inner))
  }
  visit(root, [])
  return changes
    .sort((one, other) => one.change.start - other.change.start)
    .map(({ change: { start, end, text }, within }) => {
      const from = source.lastIndexOf('\n', start) + 1
      const newline = source.indexOf('\n', end)
      const to = newline === -1 ? source.length : newline
      return {
        file,
        line: root.getLineAndCharacterOfPosition(start).line + 1,
        within,
        was: onOneLine(source.slice(from, to)),
        becomes: onOneLine(source.slice(from, start) + text + source.slice(end, to)),
        text: source.slice(0, start) + text + source.slice(end),
      }
    })
}

function changesOf(node: ts.Node, root: ts.SourceFile): Change[] {
  const place = (of: ts.Node, text: string): Change => ({ start: of.getStart(root), end: of.end, text })
  const textOf = (of: ts.Node): string => of.getText(root)
  const bothWays = (of: ts.Node): Change[] => [place(of, 'true'), place(of, 'false')]
  /** Where it is a part of a condition, one of the two is the same as leaving it out, which its parent does. */
  const outcomesOf = (of: ts.Node): Change[] => {
    const choice = ts.isBinaryExpression(of.parent) ? of.parent.operatorToken.kind : null
    if (choice === ts.SyntaxKind.AmpersandAmpersandToken) return [place(of, 'false')]
    if (choice === ts.SyntaxKind.BarBarToken) return [place(of, 'true')]
    return bothWays(of)
  }

  if (ts.isIfStatement(node)) return bothWays(node.expression)
  if (ts.isConditionalExpression(node)) return bothWays(node.condition)
  if (ts.isWhileStatement(node)) return [place(node.expression, 'false')]
  if (ts.isForStatement(node) && node.condition !== undefined) return [place(node.condition, 'false')]
  if (ts.isExpressionStatement(node)) return [place(node, ';')]
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text)
    return (value > 0 ? [value - 1, value + 1] : [1]).map((near) => place(node, String(near)))
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [place(node, 'false')]
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [place(node, 'true')]
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return isCondition(node) ? [] : [place(node, textOf(node.operand))]
  }
  if (ts.isBinaryExpression(node)) {
    const { left, operatorToken, right } = node
    if (choices.has(operatorToken.kind)) return [place(node, textOf(left)), place(node, textOf(right))]
    if (equalities.has(operatorToken.kind)) return isCondition(node) ? [] : outcomesOf(node)
    const swap = swaps[operatorToken.kind]
    return swap === undefined ? [] : [place(operatorToken, swap)]
  }
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression } = node.expression
    const swap = methodSwaps[name.text]
    if (swap !== undefined) return [place(name, swap)]
    return leftOut.has(name.text) ? [place(node, textOf(expression))] : []
  }
  if (ts.isArrayLiteralExpression(node) && node.elements.length <= longestList) {
    return node.elements.map((element) => place(element, ''))
  }
  if (ts.isSpreadAssignment(node)) return [place(node.expression, '{}')]
  return []
}

/** Whether a node decides a branch by itself: it is then taken as true and as false there. */
function isCondition(node: ts.Node): boolean {
  const { parent } = node
  return (
    (ts.isIfStatement(parent) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node)
  )
}

function isSeen(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return true
  const { name, expression: on } = expression.expression
  const isLog =
    (ts.isIdentifier(on) && on.text === 'log') ||
    (ts.isPropertyAccessExpression(on) && on.name.text === 'log')
  return !isLog && !unseen.has(name.text)
}

function nameOf(node: ts.Node): string | null {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  if (ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node)) return node.name?.text ?? null
  if (ts.isMethodDeclaration(node) || ts.isPropertyAssignment(node) || ts.isAccessor(node)) {
    return ts.isComputedPropertyName(node.name) ? null : node.name.text
  }
  return ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) ? node.name.text : null
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
