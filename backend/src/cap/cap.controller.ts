import { Controller, Get, Param, Req, Res } from '@nestjs/common'
import type { Request, Response } from 'express'
import { Endpoint } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { sendText } from '../http/send-text.ts'
import { CapFeed } from './cap-feed.ts'

/** Alerts for the public: no log-in, nothing but what rules declare public. */
@Controller('cap')
export class CapController {
  constructor(private readonly feed: CapFeed) {}

  @Get('alerts.atom')
  @Endpoint({
    summary: 'Public alerts as an Atom feed; each entry leads to a CAP 1.2 message',
    answer: ['application/atom+xml'],
  })
  async atom(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { atom } = await this.feed.snapshot()
    publicly(response)
    await sendText(request, response, 'application/atom+xml', atom)
  }

  @Get('alerts/:id')
  @Endpoint({
    summary: 'A CAP 1.2 message by its identifier, as long as its alert is in the feed',
    answer: ['application/cap+xml'],
    problems: [404],
  })
  async message(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const message = (await this.feed.snapshot()).messages.get(id)
    if (!message) throw notFound('public alert', id)
    publicly(response)
    await sendText(request, response, 'application/cap+xml', message.xml)
  }
}

/** Anyone may keep it for as long as it is kept here. */
function publicly(response: Response): void {
  response.set('Cache-Control', 'public, max-age=5')
}
