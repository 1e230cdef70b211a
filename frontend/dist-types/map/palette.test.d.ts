export {};
//# sourceMappingURL=palette.test.d.ts.map