import { DEVICE_AUTHENTICATION, type DeviceAuthentication } from '@osprey/core/api'
import { useText } from '../i18n/use-text.ts'
import { ChoiceField } from '../ui/text-field.tsx'

interface AuthenticationFieldProps {
  value: DeviceAuthentication
  onChange: (authentication: DeviceAuthentication) => void
}

/** How a device proves who it is. */
export function AuthenticationField({ value, onChange }: AuthenticationFieldProps) {
  const { t } = useText()
  return (
    <ChoiceField
      label={t('devices.field.authentication')}
      hint={t(`devices.authenticationHint.${value}`)}
      value={value}
      onChange={(chosen) => onChange(chosen as DeviceAuthentication)}
      testId="authentication"
    >
      {DEVICE_AUTHENTICATION.map((way) => (
        <option key={way} value={way}>
          {t(`devices.authentication.${way}`)}
        </option>
      ))}
    </ChoiceField>
  )
}
