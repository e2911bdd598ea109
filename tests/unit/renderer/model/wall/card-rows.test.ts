import { describe, expect, it } from 'vitest'
import { cardRows, cardsOfRow, cellOf } from '../../../../../src/renderer/model/wall/card-rows.ts'

describe('the rows of cards', () => {
  const groups = [
    { key: 'farm', title: 'farm', from: 0, count: 5 },
    { key: 'shop', title: 'shop', from: 5, count: 1 },
    { key: 'none', title: 'no group', from: 6, count: 3 },
  ]
  const rows = cardRows(groups, 9, 2)

  it('begin anew with each group', () => {
    expect(rows).toStrictEqual({
      columns: 2,
      rowCount: 6,
      headings: 3,
      sections: [
        { heading: groups[0], from: 0, count: 5, firstRow: 0, headings: 1 },
        { heading: groups[1], from: 5, count: 1, firstRow: 3, headings: 2 },
        { heading: groups[2], from: 6, count: 3, firstRow: 4, headings: 3 },
      ],
    })
    expect([0, 1, 2, 3, 4, 5].map((row) => cardsOfRow(rows, row))).toStrictEqual([
      [0, 2],
      [2, 4],
      [4, 5],
      [5, 6],
      [6, 8],
      [8, 9],
    ])
  })

  it('agree with where each card is', () => {
    const cells = Array.from({ length: 9 }, (_, index) => cellOf(rows, index))
    expect(cells.map(({ section, row, column }) => [section.heading?.title, row, column])).toStrictEqual([
      ['farm', 0, 0],
      ['farm', 0, 1],
      ['farm', 1, 0],
      ['farm', 1, 1],
      ['farm', 2, 0],
      ['shop', 3, 0],
      ['no group', 4, 0],
      ['no group', 4, 1],
      ['no group', 5, 0],
    ])
  })

  it('without groups are one section without a heading', () => {
    expect(cardRows([], 3, 2)).toStrictEqual({
      columns: 2,
      rowCount: 2,
      headings: 0,
      sections: [{ heading: null, from: 0, count: 3, firstRow: 0, headings: 0 }],
    })
    expect(cardRows([], 0, 2).rowCount).toBe(0)
  })
})
