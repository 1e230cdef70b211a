export {};
//# sourceMappingURL=virtual-range.test.d.ts.map