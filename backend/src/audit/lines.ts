/** No entry comes near; a file without line breaks must not fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024
const LINE_BREAK = 0x0a

/** The lines of a stream as bytes, without their line breaks; the last may lack its own. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LINE_BREAK); end >= 0; end = chunk.indexOf(LINE_BREAK, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)])
      rest = []
      length = 0
      start = end + 1
    }
    rest.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > LONGEST_LINE)
      throw new Error(`a line is longer than ${LONGEST_LINE} bytes: not an audit log`)
  }
  if (length > 0) yield Buffer.concat(rest)
}
