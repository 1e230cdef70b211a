export {};
//# sourceMappingURL=reading-text.test.d.ts.map