import { Link } from "@tanstack/react-router";

import classes from "./brand.module.css";

import { BrandMark } from "@/components/brand-mark";


export const Brand = () => (
  <Link to="/" className={classes.brand}>
    <BrandMark />
    Slipway
  </Link>
);
