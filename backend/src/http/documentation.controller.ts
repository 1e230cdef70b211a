import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { Controller, Get, Param, Res } from '@nestjs/common'
import type { Response } from 'express'
import { ApiDocument } from './api-document.ts'
import { Endpoint } from './endpoint.ts'
import { notFound } from './problem.ts'

const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const FILES = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])

/** No inline script or style: the page obeys the same content security policy as the rest. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Osprey HTTP interface</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<script src="/api/docs/swagger-ui-bundle.js" defer></script>
<script src="/api/docs/start.js" defer></script>
</head>
<body><div id="ui"></div></body>
</html>
`
const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#ui', validatorUrl: null })\n`

@Controller('api')
export class DocumentationController {
  constructor(private readonly document: ApiDocument) {}

  @Get('openapi.json')
  @Endpoint({ summary: 'This document', answer: ['application/json'] })
  openapi(): object {
    return this.document.get()
  }

  @Get('docs')
  @Endpoint({ summary: 'This document to read and try', answer: ['text/html'] })
  page(@Res() response: Response): void {
    response.type('html').send(PAGE)
  }

  @Get('docs/:file')
  @Endpoint({
    summary: 'Parts of the page',
    answer: ['text/css', 'text/javascript'],
    problems: [404],
  })
  file(@Param('file') file: string, @Res() response: Response): void {
    if (file === 'start.js') {
      response.type('js').send(START)
      return
    }
    if (!FILES.has(file)) throw notFound('file', file)
    response.type(extname(file)).send(readFileSync(join(SWAGGER_UI, file)))
  }
}
