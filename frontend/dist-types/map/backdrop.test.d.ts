export {};
//# sourceMappingURL=backdrop.test.d.ts.map