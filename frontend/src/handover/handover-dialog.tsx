import { RecoveryCodes } from '../account/recovery-codes.tsx'
import { TokenShown } from '../account/token-shown.tsx'
import { useApp } from '../app-state.ts'
import { CredentialsDialog } from '../devices/credentials-dialog.tsx'
import { SigningSecret } from '../notifications/signing-secret.tsx'
import { LinkShown } from '../people/link-shown.tsx'
import { useObservable } from '../ui/observable.ts'

/** Shows what was handed out this once until it is taken, so that no link, back button or lost session loses it. */
export function HandoverDialog() {
  const { handovers } = useApp()
  const handover = useObservable(handovers.waiting)[0]
  const onDone = (): void => handovers.done()
  switch (handover?.kind) {
    case undefined:
      return null
    case 'devices':
      return <CredentialsDialog secrets={handover.secrets} broker={handover.broker} onDone={onDone} />
    case 'token':
      return <TokenShown key={handover.token.id} token={handover.token} onDone={onDone} />
    case 'link':
      return <LinkShown key={handover.link.url} link={handover.link} name={handover.name} onDone={onDone} />
    case 'signing':
      return (
        <SigningSecret
          key={handover.secret}
          channel={handover.channel}
          secret={handover.secret}
          onDone={onDone}
        />
      )
    case 'recovery':
      return <RecoveryCodes username={handover.username} codes={handover.codes} onDone={onDone} />
  }
}
