import type { ButtonHTMLAttributes } from 'react'
import { Icon, type IconName } from './icons.tsx'

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: 'plain' | 'primary' | 'quiet' | 'danger'
  small?: boolean
  icon?: IconName
}

export function Button({ look = 'plain', small, icon, className = '', children, ...rest }: ButtonProps) {
  const classes = ['button', look === 'plain' ? '' : look, small ? 'small' : '', className]
  return (
    <button type="button" className={classes.filter(Boolean).join(' ')} {...rest}>
      {icon && <Icon name={icon} size={small ? 16 : 18} />}
      {children}
    </button>
  )
}

type IconButtonProps = Omit<ButtonProps, 'children' | 'icon'> & { icon: IconName; label: string }

/** A button that shows only an icon; the label is its name and its tooltip. */
export function IconButton({ icon, label, className = '', small, ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      {...(small === undefined ? {} : { small })}
      icon={icon}
      className={`icon-only ${className}`}
      aria-label={label}
      title={label}
    />
  )
}
