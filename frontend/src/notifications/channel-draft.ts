import {
  type ChannelInput,
  type ChannelKind,
  type ChannelPatch,
  type ChannelView,
  TEMPLATE_PLACEHOLDERS,
} from '@osprey/core/api/notifications'

/** What becomes of a secret: left as it is, replaced (or made for the first time), or taken away. */
export type SecretChoice = 'keep' | 'new' | 'none'

/** A channel as it stands in the form. Addresses of the web and secrets are never read back. */
export interface ChannelDraft {
  kind: ChannelKind
  name: string
  language: 'en' | 'zh'
  enabled: boolean
  /** One address a line. */
  addresses: string
  url: string
  secretChoice: SecretChoice
  /** Typed from the robot's page (DingTalk); that of a webhook is made here. */
  secret: string
  template: string
}

export const CHANNEL_FIELDS = ['name', 'language', 'settings']
export const POSTED: ReadonlySet<ChannelKind> = new Set(['webhook', 'dingtalk', 'wecom', 'slack'])
export const TEMPLATED: ReadonlySet<ChannelKind> = new Set(['dingtalk', 'wecom', 'slack'])

export function newChannel(kind: ChannelKind, language: 'en' | 'zh'): ChannelDraft {
  const secretChoice = kind === 'webhook' ? 'new' : 'none'
  return {
    kind,
    name: '',
    language,
    enabled: true,
    addresses: '',
    url: '',
    secretChoice,
    secret: '',
    template: '',
  }
}

export function draftOfChannel(channel: ChannelView): ChannelDraft {
  const { kind, name, language, enabled, addresses, hasSecret, template } = channel
  return {
    kind,
    name,
    language,
    enabled,
    addresses: addresses.join('\n'),
    url: '',
    secretChoice: hasSecret ? 'keep' : 'none',
    secret: '',
    template: template ?? '',
  }
}

/** The mail addresses of a text, each once, however they are separated. */
export function addressesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;，；、]+/).filter((part) => part !== ''))]
}

/** Names between double braces that stand for nothing. */
export function unknownPlaceholders(template: string): string[] {
  const names = [...template.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, name = '']) => name)
  return [...new Set(names)].filter((name) => !(TEMPLATE_PLACEHOLDERS as readonly string[]).includes(name))
}

export type ChannelProblem = 'name' | 'addresses' | 'url' | 'secret' | 'template'

/** What has to be filled in or set right before it can be saved; null when nothing. */
export function channelProblem(draft: ChannelDraft, host: string | null): ChannelProblem | null {
  if (draft.name.trim() === '') return 'name'
  if (draft.kind === 'email' && addressesIn(draft.addresses).length === 0) return 'addresses'
  if (POSTED.has(draft.kind)) {
    if (draft.url.trim() === '' ? host === null : hostOf(draft.url) === null) return 'url'
    if (draft.kind === 'dingtalk' && draft.secretChoice === 'new' && draft.secret.trim() === '')
      return 'secret'
  }
  if (TEMPLATED.has(draft.kind) && unknownPlaceholders(draft.template).length > 0) return 'template'
  return null
}

/** A secret belongs to its receiver: the server lets go of it when the address becomes that of another host. */
export function leavesHost(draft: ChannelDraft, host: string | null): boolean {
  if (host === null || draft.url.trim() === '') return false
  const next = hostOf(draft.url)
  return next !== null && next !== host
}

function hostOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url.trim())
    return protocol === 'http:' || protocol === 'https:' ? host : null
  } catch {
    return null
  }
}

/** 256 bits in hexadecimal. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What creates it. `secret` signs what a webhook is sent. */
export function channelInputOf(draft: ChannelDraft, id: string, secret: string | null): ChannelInput {
  const { kind, language, enabled } = draft
  const url = draft.url.trim()
  const signed = secret === null ? {} : { secret }
  const template = draft.template.trim() === '' ? {} : { template: draft.template }
  const common = { id, name: draft.name.trim(), language, enabled }
  switch (kind) {
    case 'email':
      return { ...common, settings: { kind, addresses: addressesIn(draft.addresses) } }
    case 'webhook':
      return { ...common, settings: { kind, url, ...signed } }
    case 'dingtalk':
      return { ...common, settings: { kind, url, ...signed, ...template } }
    case 'wecom':
    case 'slack':
      return { ...common, settings: { kind, url, ...template } }
    case 'in_app':
      return { ...common, settings: { kind } }
  }
}

/** What changes it: an address that was not typed stays, and so does a secret that is kept. */
export function channelPatchOf(draft: ChannelDraft, secret: string | null): ChannelPatch {
  const { kind, language, enabled } = draft
  const address = draft.url.trim() === '' ? {} : { url: draft.url.trim() }
  const signed =
    draft.secretChoice === 'keep' ? {} : { secret: draft.secretChoice === 'none' ? null : secret }
  const template = { template: draft.template.trim() === '' ? null : draft.template }
  const common = { name: draft.name.trim(), language, enabled }
  switch (kind) {
    case 'email':
      return { ...common, settings: { kind, addresses: addressesIn(draft.addresses) } }
    case 'webhook':
      return { ...common, settings: { kind, ...address, ...signed } }
    case 'dingtalk':
      return { ...common, settings: { kind, ...address, ...signed, ...template } }
    case 'wecom':
    case 'slack':
      return { ...common, settings: { kind, ...address, ...template } }
    case 'in_app':
      return { ...common, settings: { kind } }
  }
}
