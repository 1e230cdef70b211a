export {};
//# sourceMappingURL=level-scheme.test.d.ts.map