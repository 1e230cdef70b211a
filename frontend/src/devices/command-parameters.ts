/** What was typed as a command's parameters: nothing, or one JSON object. */
export function readParameters(
  text: string,
):
  | { ok: true; parameters: Record<string, unknown> | undefined }
  | { ok: false; reason: 'not_json' | 'not_object' } {
  if (text.trim() === '') return { ok: true, parameters: undefined }
  try {
    const value: unknown = JSON.parse(text)
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      return { ok: false, reason: 'not_object' }
    }
    return { ok: true, parameters: value as Record<string, unknown> }
  } catch {
    return { ok: false, reason: 'not_json' }
  }
}
