export {};
//# sourceMappingURL=format.test.d.ts.map