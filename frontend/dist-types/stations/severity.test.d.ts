export {};
//# sourceMappingURL=severity.test.d.ts.map